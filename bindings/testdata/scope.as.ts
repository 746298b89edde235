// SPDX-License-Identifier: MIT OR Apache-2.0

export function run(): i32 {
  const first = changetype<usize>(new Uint8Array(1));
  let length = 0;
  for (let i = 0; i < 1000; i++) {
    const before = __mark();
    let text = "";
    for (let j = 0; j < 10; j++) text += j.toString();
    length += text.length;
    __release(before);
  }
  const second = changetype<usize>(new Uint8Array(1));
  __reset();
  const third = changetype<usize>(new Uint8Array(1));
  return third == first && second - first < 200 ? length : -1;
}
