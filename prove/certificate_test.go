// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"bytes"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/genalloc/genalloc/contract"
	"github.com/genalloc/genalloc/wasm"
)

// certified is a module with the certificate of a proof of it.
type certified struct {
	file     []byte
	module   *wasm.Module
	contract contract.Contract
	text     []byte // the certificate
}

// certify proves functions of page.wat.
func certify(t *testing.T, functions ...string) certified {
	t.Helper()
	c := contract.Must(contract.Order{Functions: functions}.Settle())
	m := page(t)
	m.Exports = only(m.Exports, c)
	return certifyModule(t, m, c, pageHints)
}

func certifyModule(t *testing.T, m *wasm.Module, c contract.Contract, h Hints) certified {
	t.Helper()
	file, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(t.Context(), m, c, h, Options{Jobs: 2, Record: true})
	if err != nil {
		t.Fatal(err)
	}
	cert, err := r.Certificate(file)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := cert.Write(&b); err != nil {
		t.Fatal(err)
	}
	return certified{file, m, c, b.Bytes()}
}

// check reads and checks a certificate.
func (k certified) check(t *testing.T, text []byte) error {
	cert, err := ReadCertificate(bytes.NewReader(text))
	if err != nil {
		return err
	}
	r, err := cert.Check(t.Context(), k.file, k.module, k.contract, Options{Jobs: 2})
	if err == nil && r.Verdict() != Proved {
		t.Errorf("no error, and %s", r.Verdict())
	}
	return err
}

func unpacked(t *testing.T, text []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func packed(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

// TestCertificate alters a byte at a time.
func TestCertificate(t *testing.T) {
	for _, tt := range []struct {
		function      string
		packed, plain int
	}{
		{"alloc", 40, 20},
	} {
		k := certify(t, tt.function)
		if again := certify(t, tt.function); !bytes.Equal(k.text, again.text) {
			t.Errorf("%s: another run writes another certificate", tt.function)
		}
		if err := k.check(t, k.text); err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(4, 2))
		plain := unpacked(t, k.text)
		for i := range tt.packed { // as a file
			b := bytes.Clone(k.text)
			at := rng.IntN(len(b))
			if i < 20 {
				at = len(b) - 1 - i
			}
			b[at] ^= 1 << rng.IntN(8)
			// Bits that fill up gzip's last byte mean nothing.
			if k.check(t, b) == nil && !bytes.Equal(unpacked(t, b), plain) {
				t.Errorf("%s: byte %d of the file altered: still proved", tt.function, at)
			}
		}
		for range tt.plain { // unpacked, and packed again
			b := bytes.Clone(plain)
			at := rng.IntN(len(b))
			was := b[at]
			for b[at] == was {
				b[at] = byte(rng.IntN(256))
			}
			if k.check(t, packed(b)) == nil && !sameMeaning(t, k, b) {
				t.Errorf("%s: byte %d altered from %q to %q: still proved", tt.function, at, was, b[at])
			}
		}
	}
}

// sameMeaning tells whether an altered certificate still proves what it says, which
// a derivation may in spite of a change: then every obligation must be there.
func sameMeaning(t *testing.T, k certified, plain []byte) bool {
	t.Helper()
	a, err := ReadCertificate(bytes.NewReader(k.text))
	if err != nil {
		t.Fatal(err)
	}
	b, err := ReadCertificate(bytes.NewReader(packed(plain)))
	if err != nil {
		t.Fatal(err)
	}
	if a.Module != b.Module || a.Contract != b.Contract || !reflect.DeepEqual(a.Hints, b.Hints) || len(a.Obligations) != len(b.Obligations) {
		return false
	}
	for i, ob := range a.Obligations {
		if ob.Name != b.Obligations[i].Name || ob.Statement != b.Obligations[i].Statement {
			return false
		}
	}
	return true
}

// TestCertificateOfAnother changes what the certificate is about, and what it says.
func TestCertificateOfAnother(t *testing.T) {
	k := certify(t, "alloc", "dealloc")
	read := func() *Certificate {
		c, err := ReadCertificate(bytes.NewReader(k.text))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for _, tt := range []struct {
		what   string
		want   string
		change func(c *Certificate, k *certified)
	}{
		{"nothing", "", func(c *Certificate, k *certified) {}},
		{"module", "the certificate is about other bytes", func(c *Certificate, k *certified) { k.file = append(k.file, 0) }},
		{"module and digest", "is not proved by the certificate", func(c *Certificate, k *certified) {
			k.module = page(t, "(i32.gt_u (i32.and", "(i32.ge_u (i32.and")
			k.module.Exports = only(k.module.Exports, k.contract)
			k.file, _ = k.module.Encode()
			c.Module = digest(k.file)
		}},
		{"contract", "the certificate is about another contract", func(c *Certificate, k *certified) { k.contract.MinAlign = 8 }},
		{"obligation left out", "nothing is recorded of it", func(c *Certificate, k *certified) {
			c.Obligations = append(c.Obligations[:2:2], c.Obligations[3:]...)
		}},
		{"order", "obligation 1 of the certificate is not", func(c *Certificate, k *certified) {
			c.Obligations[0], c.Obligations[1] = c.Obligations[1], c.Obligations[0]
		}},
		{"case left out", "nothing is recorded of it", func(c *Certificate, k *certified) {
			last := &c.Obligations[len(c.Obligations)-1]
			last.Cases = last.Cases[1:]
		}},
		{"case more", "and not the certificate's", func(c *Certificate, k *certified) {
			c.Obligations[3].Cases = append(c.Obligations[3].Cases, CertifiedCase{Name: "path 99"})
		}},
		{"dead path left out", "is not proved by the certificate", func(c *Certificate, k *certified) {
			for i := range c.Obligations {
				if strings.HasSuffix(c.Obligations[i].Name, ".dead") {
					c.Obligations[i].Cases = c.Obligations[i].Cases[1:]
				}
			}
		}},
		{"hints", "is not proved by the certificate", func(c *Certificate, k *certified) { c.Hints.End = End{Kind: EndMemory} }},
		{"obligation more", "obligations, and the module", func(c *Certificate, k *certified) {
			c.Obligations = append(c.Obligations, CertifiedStatement{Name: "alloc.more"})
		}},
		{"statement", "of the certificate is not", func(c *Certificate, k *certified) { c.Obligations[5].Statement += "!" }},
		{"case twice", "it comes twice", func(c *Certificate, k *certified) {
			o := &c.Obligations[0]
			o.Cases = append(o.Cases, o.Cases[0])
		}},
		{"values", "the recorded values do not make it happen", func(c *Certificate, k *certified) {
			for _, o := range c.Obligations {
				if o.Name == "alloc.possible" {
					o.Cases[0].Values = nil
				}
			}
		}},
	} {
		c, changed := read(), k
		tt.change(c, &changed)
		_, err := c.Check(t.Context(), changed.file, changed.module, changed.contract, Options{})
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s changed: got %v, want %q", tt.what, err, tt.want)
		}
	}
	plain := bytes.Replace(unpacked(t, k.text), []byte(`"size": "`), []byte(`"size": "-`), 1)
	if _, err := ReadCertificate(bytes.NewReader(packed(plain))); err == nil || !strings.Contains(err.Error(), "is not a number") {
		t.Errorf("a negative value: got %v", err)
	}
}
