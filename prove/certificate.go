// SPDX-License-Identifier: MIT OR Apache-2.0

package prove

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/genalloc/genalloc/prove/bv"
)

// certificateFormat is the name and version of the format. A certificate is about the
// formulas of the program that wrote it.
const certificateFormat = "genalloc certificate 4"

// Certificate says what was proved of which bytes, with the proofs. Its file is text,
// compressed by gzip: JSON, and then the clauses of all cases in order, a line each.
// Gzip's checksum detects damage; it need not be trusted.
type Certificate struct {
	Format      string               `json:"format"`
	Module      string               `json:"sha256"`   // of the module's bytes
	Contract    string               `json:"contract"` // canonical text, empty for the default
	Hints       CertifiedHints       `json:"hints"`
	Obligations []CertifiedStatement `json:"obligations"`
}

// CertifiedHints are Hints, which a certificate has as text.
type CertifiedHints struct {
	Top       Cell      `json:"top"`
	End       End       `json:"end"`
	DirtyMark *Cell     `json:"dirty_mark,omitempty"`
	Floor     *Cell     `json:"floor,omitempty"`
	Placed    Placement `json:"placed,omitzero"`
	Heads     uint32    `json:"heads,omitempty"`
	Aligned   bool      `json:"aligned"`
}

// MarshalText returns the text of String.
func (c Cell) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// MarshalText returns the text of String.
func (e End) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// CertifiedStatement is an obligation with a proof of each of its cases.
type CertifiedStatement struct {
	Name      string          `json:"name"`
	Statement string          `json:"statement"`
	Cases     []CertifiedCase `json:"cases"`
}

// CertifiedCase is either a derivation of the empty clause from the formula that
// says that the case fails, or the values that make a case possible.
type CertifiedCase struct {
	Name    string        `json:"name"`
	Derived int           `json:"derived,omitempty"` // clauses, the empty one among them
	Proof   []byte        `json:"-"`                 // a line, and one for each clause: see packProof
	Values  bv.Assignment `json:"values,omitempty"`  // in hexadecimal
}

// Certificate returns the proofs of the report. The module has to be proved with
// Options.Record.
func (r *Report) Certificate(module []byte) (*Certificate, error) {
	if r.Verdict() != Proved {
		return nil, fmt.Errorf("the module is %s: there is nothing to certify", r.Verdict())
	}
	c := &Certificate{
		Format: certificateFormat, Module: digest(module), Contract: r.contract, Hints: CertifiedHints(r.Hints),
	}
	for _, x := range r.Results {
		s := CertifiedStatement{Name: x.Obligation.Name, Statement: x.Obligation.Text}
		for i, a := range x.answers {
			k := CertifiedCase{Name: x.Obligation.Cases[i].Name}
			if k.Derived, k.Values = len(a.outline.Clauses), a.values; k.Derived > 0 {
				k.Proof = packProof(a.outline)
			}
			s.Cases = append(s.Cases, k)
		}
		c.Obligations = append(c.Obligations, s)
	}
	return c, nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Write writes the certificate as a file. The same certificate gives the same bytes.
func (c *Certificate) Write(w io.Writer) error {
	z := gzip.NewWriter(w)
	e := json.NewEncoder(z)
	e.SetIndent("", " ")
	if err := e.Encode(c); err != nil {
		return err
	}
	for _, ob := range c.Obligations {
		for _, k := range ob.Cases {
			if _, err := z.Write(k.Proof); err != nil {
				return err
			}
		}
	}
	return z.Close()
}

// mostCertificate bounds a certificate, unpacked, in bytes.
const mostCertificate = 1 << 30

// ReadCertificate reads a file. Only Check looks at what it says.
func ReadCertificate(r io.Reader) (*Certificate, error) {
	file := bufio.NewReader(io.LimitReader(r, mostCertificate)) // gzip reads no further than it has to
	z, err := gzip.NewReader(file)
	if err != nil {
		return nil, errors.New("not a certificate: it should begin as gzip does")
	}
	z.Multistream(false)
	limited := &io.LimitedReader{R: z, N: mostCertificate}
	d := json.NewDecoder(limited)
	d.DisallowUnknownFields()
	c := &Certificate{}
	if err := d.Decode(c); err != nil {
		return nil, fmt.Errorf("not a certificate, or a damaged one: %w", err)
	}
	// To the end, where the checksum is, and nothing may follow.
	rest, err := io.ReadAll(io.MultiReader(d.Buffered(), limited))
	_, end := file.ReadByte()
	switch {
	case limited.N == 0:
		return nil, fmt.Errorf("a certificate of more than %d bytes", mostCertificate)
	case err != nil:
		return nil, fmt.Errorf("not a certificate, or a damaged one: %w", err)
	case c.Format != certificateFormat:
		return nil, fmt.Errorf("format %q is not %q: prove the module again", c.Format, certificateFormat)
	case end != io.EOF || !c.share(rest):
		return nil, errors.New("not a certificate, or a damaged one: it ends too late or too soon")
	}
	return c, nil
}

// share gives each case its lines after the JSON; it returns false unless they are
// exactly as many as the cases need.
func (c *Certificate) share(rest []byte) bool {
	rest, ok := bytes.CutPrefix(rest, []byte("\n"))
	for _, ob := range c.Obligations {
		for i := range ob.Cases {
			k := &ob.Cases[i]
			k.Proof = rest
			lines := 0
			if k.Derived > 0 {
				lines = k.Derived + 1
			}
			for range lines {
				end := bytes.IndexByte(rest, '\n') + 1
				ok, rest = ok && end > 0, rest[end:]
				if !ok {
					return false
				}
			}
			k.Proof = k.Proof[:len(k.Proof)-len(rest)]
		}
	}
	return ok && len(rest) == 0
}
