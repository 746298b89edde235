// SPDX-License-Identifier: MIT OR Apache-2.0

// Package advise finds the configuration that suits a recorded trace. It replays the
// trace under every configuration that can run it and ranks what comes of it by a rule,
// of which each target has its own. Nothing that decides depends on the machine.
package advise
