// Formats the size of a file. Only the parts that show files load this.

import { number } from './index.ts'

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
const STEP = 1_024
/** Below this, a size has one decimal place. */
const DECIMAL_MAX = 10

/** Formats a number of bytes in the largest unit that fits: "812 bytes", "4.2 MB". A kilobyte has 1,024 bytes, as in file managers. */
export function fileSize(bytes: number): string {
  let [size, at] = [bytes, 0]
  while (size >= STEP && at < UNITS.length - 1) {
    size /= STEP
    at++
  }
  return number(size, { style: 'unit', unit: UNITS[at] ?? 'byte', unitDisplay: at === 0 ? 'long' : 'short', maximumFractionDigits: at > 0 && size < DECIMAL_MAX ? 1 : 0 })
}
