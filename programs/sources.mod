// The Go modules that carry the C sources of programs. Only programs/fetch reads this file.
module sources

go 1.24

require (
	github.com/mattn/go-sqlite3 v1.14.33
	github.com/smacker/go-tree-sitter v0.0.0-20240827094217-dd81d9e9be82
)
