// SPDX-License-Identifier: MIT OR Apache-2.0

class Pair {
  constructor(public a: i32, public b: string) {}
}

export function run(): i32 {
  const pairs: Pair[] = [];
  for (let i = 0; i < 1000; i++) pairs.push(new Pair(i, i.toString()));
  let text = "";
  for (let i = 0; i < 100; i++) text += pairs[i].b;
  const map = new Map<string, i32>();
  for (let i = 0; i < 100; i++) map.set(pairs[i].b, i);
  return text.length + map.get("42") + pairs[999].a;
}
