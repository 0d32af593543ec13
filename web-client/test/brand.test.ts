// Tests that for any brand colour, text in that colour and text on it is readable, in the light and the dark theme.

import { expect, test } from 'vitest'
import { brandTokens } from '../src/client/brand.ts'

const luminance = (color: string) => {
  const of = (at: number) => { const c = Number.parseInt(color.slice(at, at + 2), 16) / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4 }
  return 0.2126 * of(1) + 0.7152 * of(3) + 0.0722 * of(5)
}
const contrast = (a: string, b: string) => {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y)
  return (high + 0.05) / (low + 0.05)
}
const halves = (token = '') => [...token.matchAll(/#[\da-f]{6}/g)].map(([color]) => color)

const steps = [0, 51, 102, 153, 204, 255]
const colors = ['#e8b100', '#111111', '#c4161c', ...steps.flatMap((r) => steps.flatMap((g) => steps.map((b) => `#${[r, g, b].map((one) => one.toString(16).padStart(2, '0')).join('')}`)))]

test.each(colors)('%s', (color) => {
  const tokens = brandTokens(color) ?? {}
  expect(contrast(tokens['--brand-ink'] ?? '', color)).toBeGreaterThanOrEqual(4.5)
  expect(contrast(tokens['--brand-ink'] ?? '', tokens['--brand-hover'] ?? '')).toBeGreaterThanOrEqual(4.5)
  const [accent, ink, soft] = [halves(tokens['--accent']), halves(tokens['--accent-ink']), halves(tokens['--accent-soft'])]
  for (const [theme, grounds] of [[0, ['#ffffff', '#f5f6f8', '#eef0f4']], [1, ['#1a1e26', '#12151b', '#242a34']]] as const) {
    for (const ground of [...grounds, soft[theme] ?? '']) expect(contrast(accent[theme] ?? '', ground), `${theme} on ${ground}`).toBeGreaterThanOrEqual(4.5)
    expect(contrast(ink[theme] ?? '', accent[theme] ?? '')).toBeGreaterThanOrEqual(4.5)
    // Grey text on a tinted background must be readable too.
    expect(contrast(theme === 0 ? '#555e70' : '#a6afbf', soft[theme] ?? ''), 'grey on the tint').toBeGreaterThanOrEqual(4.5)
    expect(contrast(theme === 0 ? '#555e70' : '#a6afbf', halves(tokens['--mine'])[theme] ?? ''), 'grey on one’s own messages').toBeGreaterThanOrEqual(4.5)
  }
})

test('an invalid colour has no tokens', () => expect([brandTokens('yellow'), brandTokens('#fff'), brandTokens('')]).toEqual([null, null, null]))
