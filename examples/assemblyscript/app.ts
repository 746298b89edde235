// SPDX-License-Identifier: MIT OR Apache-2.0

class Word {
  constructor(public text: string, public count: i32 = 1) {}
}

// Returns the words of a text in order, each with its count.
export function count(text: string): string {
  const words = new Map<string, Word>();
  const list: string[] = text.split(" ");
  for (let i = 0; i < list.length; i++) {
    const text = list[i];
    if (words.has(text)) words.get(text).count++;
    else words.set(text, new Word(text));
  }
  const sorted = words.values();
  sorted.sort((a, b) => (a.text < b.text ? -1 : 1));
  return sorted.map<string>((w) => `${w.text} ${w.count}`).join(", ");
}

// Returns the sum of an array that grows by one element 10,000 times.
export function pushes(): i32 {
  const numbers: i32[] = [];
  for (let i = 0; i < 10000; i++) numbers.push(i);
  return numbers.reduce((a, b) => a + b, 0);
}
