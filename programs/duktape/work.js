// SPDX-License-Identifier: MIT OR Apache-2.0
// Objects, strings, arrays, closures, JSON and regular expressions, most of it soon garbage.
var seed = 7;
function random(n) {
	seed = (seed * 16807) % 2147483647;
	return seed % n;
}

var records = [];
for (var i = 0; i < 4000; i++) records.push({ id: i, name: 'name ' + random(100000), tags: ['a' + random(9), 'b' + random(9)] });
records.sort(function (a, b) { return a.name < b.name ? -1 : a.name > b.name ? 1 : a.id - b.id; });
print('sorted', records.length, records[0].name);

var text = JSON.stringify(records);
print('JSON', text.length, JSON.parse(text).length === records.length);
print('replaced', text.replace(/"name (\d+)"/g, function (_, n) { return n.length; }).length);

var counts = {};
for (i = 0; i < 60000; i++) {
	var key = 'k' + random(500);
	counts[key] = (counts[key] || '').slice(-200) + String.fromCharCode(97 + random(26));
}
print('keys', Object.keys(counts).length);

function node(depth) { return depth ? { left: node(depth - 1), right: node(depth - 1) } : {}; }
function size(n) { return n.left ? 1 + size(n.left) + size(n.right) : 1; }
for (var total = 0, round = 0; round < 10; round++) total += size(node(11));
print('nodes', total);
