// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
)

// A component is a part of the program, in the words of CycloneDX.
type component struct {
	Type    string `json:"type"`
	Name    string `json:"name"`
	Version string `json:"version"`
	PURL    string `json:"purl,omitempty"`
}

// sbom lists what is linked into a command, as CycloneDX.
func sbom(info *debug.BuildInfo, version string) ([]byte, error) {
	std := strings.TrimPrefix(info.GoVersion, "go")
	list := []component{{"library", "std", std, "pkg:golang/std@" + std}}
	for _, d := range info.Deps {
		list = append(list, component{"library", d.Path, d.Version, "pkg:golang/" + d.Path + "@" + d.Version})
	}
	engine, err := wasmtime(info.Deps)
	if err != nil {
		return nil, err
	}
	list = append(list, component{"library", "wasmtime", engine, "pkg:cargo/wasmtime@" + engine})
	b, err := json.MarshalIndent(map[string]any{
		"bomFormat":   "CycloneDX",
		"specVersion": "1.5",
		"version":     1,
		"metadata":    map[string]any{"component": component{"application", "genalloc", version, "pkg:golang/" + info.Main.Path + "@v" + version}},
		"components":  list,
	}, "", "  ")
	return append(b, '\n'), err
}

// wasmtime returns the version of the library that wasmtime-go carries as an archive.
func wasmtime(deps []*debug.Module) (string, error) {
	for _, d := range deps {
		dir, err := moduleDir(d)
		if err != nil {
			return "", err
		}
		header, err := os.ReadFile(filepath.Join(dir, "build", "include", "wasmtime.h"))
		if err != nil {
			continue
		}
		if m := regexp.MustCompile(`#define WASMTIME_VERSION "(.*)"`).FindSubmatch(header); m != nil {
			return string(m[1]), nil
		}
	}
	return "", fmt.Errorf("no module has wasmtime.h with its version")
}

// licences returns the licence texts of modules.
func licences(deps []*debug.Module) ([]entry, error) {
	var list []entry
	for _, d := range deps {
		dir, err := moduleDir(d)
		if err != nil {
			return nil, err
		}
		found := 0
		for _, pattern := range []string{"LICENSE*", "NOTICE*"} {
			paths, _ := filepath.Glob(filepath.Join(dir, pattern))
			for _, path := range paths {
				text, err := os.ReadFile(path)
				if err != nil {
					return nil, err
				}
				list = append(list, entry{"licences/" + d.Path + "/" + filepath.Base(path), 0o644, text})
				found++
			}
		}
		if found == 0 {
			return nil, fmt.Errorf("%s has no licence text", d.Path)
		}
	}
	return list, nil
}

// moduleDir returns the directory of a module's files.
func moduleDir(m *debug.Module) (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", m.Path).Output()
	return strings.TrimSpace(string(out)), err
}
