// The Go module that carries the C part of OPA and its tests.
module sources

go 1.26.0

require github.com/open-policy-agent/opa v1.22.2
