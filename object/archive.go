// SPDX-License-Identifier: MIT OR Apache-2.0

package object

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// Archives have System V's format, which GNU ar and llvm-ar write and wasm-ld reads:
// a magic line, then the members, each after a text header and padded to an even
// length. The first member is the index.
const (
	archiveMagic  = "!<arch>\n"
	archiveHeader = 60 // bytes
	archiveName   = 15 // the longest name that fits a header with its closing slash
)

// Archive returns an archive of one object under the given file name, with the
// index by which linkers find the object's symbols. Times, owners and modes
// are those of a deterministic archive (ar's modifier D).
func Archive(name string, object []byte) ([]byte, error) {
	if name == "" || len(name) > archiveName || strings.ContainsAny(name, "/\n") {
		return nil, fmt.Errorf("archive: %q is not a name of 1 to %d bytes without a slash", name, archiveName)
	}
	info, err := Inspect(object)
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	if info == nil {
		return nil, fmt.Errorf("archive: %s is a module, not a relocatable object", name)
	}
	symbols := info.Defined()
	// The index: the number of symbols, for each symbol the offset of its member's
	// header, then the names. All numbers are big-endian.
	size := 4 + 4*len(symbols)
	for _, s := range symbols {
		size += len(s) + 1
	}
	size += size % 2
	member := len(archiveMagic) + archiveHeader + size
	index := binary.BigEndian.AppendUint32(nil, uint32(len(symbols)))
	for range symbols {
		index = binary.BigEndian.AppendUint32(index, uint32(member))
	}
	for _, s := range symbols {
		index = append(append(index, s...), 0)
	}
	for len(index) < size {
		index = append(index, 0)
	}
	b := appendMember([]byte(archiveMagic), "/", "0", index)
	return appendMember(b, name+"/", "644", object), nil
}

// appendMember appends a header and the content, padded.
func appendMember(b []byte, name, mode string, content []byte) []byte {
	b = fmt.Appendf(b, "%-16s%-12d%-6d%-6d%-8s%-10d`\n", name, 0, 0, 0, mode, len(content))
	b = append(b, content...)
	if len(content)%2 != 0 {
		b = append(b, '\n')
	}
	return b
}
