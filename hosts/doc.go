// SPDX-License-Identifier: MIT OR Apache-2.0

// Package hosts runs guests in the hosts of docs/hosts.md, each host in a folder of its
// own. It is a module apart, so that users of the tool do not download the hosts.
package hosts
