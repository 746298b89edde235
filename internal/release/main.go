// SPDX-License-Identifier: MIT OR Apache-2.0

// Release builds the command for a system and packs it: an archive with the licences of
// what is linked and a list of it (an SBOM), and the archive's SHA-256 beside it. The same
// source gives the same bytes, on any day and in any directory. It is started in the
// module's root directory.
//
//	go run ./internal/release [-o DIR] [-target OS/ARCH] [-version VERSION]
//
// The engine is C: a target other than this machine needs CC, a C compiler for it.
package main

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

func main() {
	dir := flag.String("o", "out/release", "`directory` of the archive")
	target := flag.String("target", runtime.GOOS+"/"+runtime.GOARCH, "`OS/ARCH` that the command runs on")
	expected := flag.String("version", "", "fail unless the packages have this version")
	flag.Parse()
	if err := run(*dir, *target, *expected); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(dir, target, expected string) error {
	version, err := packageVersion()
	if err != nil {
		return err
	}
	if expected != "" && expected != "v"+version {
		return fmt.Errorf("-version %s: the packages have the version %s: change them first", expected, version)
	}
	system, arch, ok := strings.Cut(target, "/")
	if !ok {
		return fmt.Errorf("-target %s: OS/ARCH expected", target)
	}
	work, err := os.MkdirTemp("", "genalloc")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	command := filepath.Join(work, "genalloc")
	pack, ending := tarball, ".tar.gz"
	if system == "windows" {
		command += ".exe"
		pack, ending = zipped, ".zip"
	}
	if err := build(command, system, arch, version); err != nil {
		return err
	}
	name := fmt.Sprintf("genalloc_%s_%s_%s", version, system, arch)
	content, err := contents(command, version)
	if err != nil {
		return err
	}
	for i := range content {
		content[i].name = name + "/" + content[i].name
	}
	var archive bytes.Buffer
	if err := pack(&archive, content); err != nil {
		return err
	}
	file := filepath.Join(dir, name+ending)
	sum := fmt.Sprintf("%x  %s\n", sha256.Sum256(archive.Bytes()), name+ending)
	fmt.Print(sum)
	return errors.Join(
		os.MkdirAll(dir, 0o777),
		os.WriteFile(file, archive.Bytes(), 0o666),
		os.WriteFile(file+".sha256", []byte(sum), 0o666),
	)
}

// packageVersion is the version that all packages have; a test holds them together.
func packageVersion() (string, error) {
	text, err := os.ReadFile("packages/npm/package.json")
	if err != nil {
		return "", err
	}
	var p struct{ Version string }
	err = json.Unmarshal(text, &p)
	return p.Version, err
}

// build leaves out what differs between builds: paths, and the linker's own number.
func build(command, system, arch, version string) error {
	flags := "-ldflags=-s -w -buildid= -X main.release=v" + version
	c := exec.Command("go", "build", "-trimpath", "-buildvcs=false", flags, "-o", command, "./cmd/genalloc")
	c.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+arch, "CGO_ENABLED=1")
	c.Stderr = os.Stderr
	if err := c.Run(); err != nil {
		return fmt.Errorf("go build for %s/%s: %w", system, arch, err)
	}
	return nil
}

// contents lists what is in the archive.
func contents(command, version string) ([]entry, error) {
	info, err := buildinfo.ReadFile(command)
	if err != nil {
		return nil, err
	}
	program, err := os.ReadFile(command)
	if err != nil {
		return nil, err
	}
	list := []entry{{filepath.Base(command), 0o755, program}}
	for _, name := range []string{"LICENSE", "README.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		list = append(list, entry{name, 0o644, text})
	}
	bill, err := sbom(info, version)
	if err != nil {
		return nil, err
	}
	list = append(list, entry{"sbom.cdx.json", 0o644, bill})
	texts, err := licences(info.Deps)
	return append(list, texts...), err
}
