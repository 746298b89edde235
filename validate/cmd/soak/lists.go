// SPDX-License-Identifier: MIT OR Apache-2.0

package main

// contracts are those whose modules run, each with its share of the calls.
var contracts = []string{
	"--strategy=lists",
	"--strategy=lists --split=false",
	"--strategy=lists --classes=1 --optimize=size",
	"--strategy=lists --classes=8 --grow=double",
	"--strategy=lists --abi=c",
	"--strategy=lists --abi=cosmwasm --target=cosmwasm",
}
