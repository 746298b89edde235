-- SPDX-License-Identifier: MIT OR Apache-2.0
-- Tables, strings, closures, coroutines and errors, and then much that is soon garbage.
local seed = 42
local function random(n)
	seed = (seed * 1103515245 + 12345) % 2147483648
	return seed // 65536 % n
end

local words = {}
for i = 1, 20000 do
	words[i] = string.format("%05d-%s", random(100000), string.rep("x", random(30)))
end
table.sort(words)
for i = 2, #words do
	assert(words[i - 1] <= words[i])
end
print("sorted", #words)

local text = table.concat(words, " ")
local replaced, count = text:gsub("x+", function(run) return #run end)
print("replaced", count, #replaced)

local function generate(n)
	return coroutine.wrap(function()
		for i = 1, n do coroutine.yield(i) end
	end)
end
local sum = 0
for i in generate(10000) do sum = sum + i end
print("yielded", sum)

local failures = 0
for i = 1, 2000 do
	if not pcall(function() if i % 3 == 0 then error({ code = i }) end end) then failures = failures + 1 end
end
print("caught", failures)

local kept = {}
for i = 1, 300000 do
	local t = { i, tostring(i), { next = kept[i % 1000] and kept[i % 1000][1] } }
	kept[i % 1000] = t
end
local total = 0
for _, t in pairs(kept) do total = total + t[1] end
print("kept", total)
