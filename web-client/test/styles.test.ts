// Tests of class names that come from data. A row has its side, status or view as a class, and that class must not match a CSS rule of
// another part.

import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { VIEWS } from '../src/client/filters.ts'
import { CATEGORIES, PRIORITIES, STATUSES } from '../src/protocol/generated.ts'

const STYLES = new URL('../src/ui/styles/', import.meta.url)
const WORDS: readonly string[] = [...VIEWS, ...CATEGORIES, ...PRIORITIES, ...STATUSES, 'customer', 'staff', 'waiting', 'refused', 'stored', 'received']

test('no word of data has a rule of its own', () => {
  const rules = readdirSync(STYLES).filter((file) => file.endsWith('.css')).flatMap((file) => {
    const text = readFileSync(new URL(file, STYLES), 'utf8').replaceAll(/\/\*.*?\*\//gs, '')
    return [...text.matchAll(/(?:^|[{},])\s*\.([a-z_-]+)\s*(?=[{,])/gm)].map((match) => ({ file, word: match[1] ?? '' }))
  })
  expect(rules.length, 'the rules are found').toBeGreaterThan(100)
  expect(rules.filter(({ word }) => WORDS.includes(word))).toEqual([])
})

const TOKENS = new Map(['tokens.css', 'ticket-parts.css', 'ticket-page.css'].flatMap((file) => [...readFileSync(new URL(file, STYLES), 'utf8').matchAll(/--([a-z0-9-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g)].map(([, name = '', light = '', dark = '']): [string, { readonly light: string; readonly dark: string }] => [name, { light, dark }])))

/** The relative luminance of `#rrggbb`, as WCAG defines it. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

/** The text colours, each with the backgrounds on which it appears. */
const TEXT: Readonly<Record<string, readonly string[]>> = {
  ink: ['bg', 'surface', 'surface-2', 'accent-soft', 'mine', 'ours', 'theirs', 'note', 'alarm-soft', 'warn-soft'],
  'ink-2': ['bg', 'surface', 'surface-2', 'accent-soft', 'mine', 'ours', 'theirs', 'note', 'grey-soft'],
  accent: ['bg', 'surface', 'surface-2', 'accent-soft', 'mine'],
  'accent-ink': ['accent'],
  alarm: ['bg', 'surface', 'surface-2', 'accent-soft', 'alarm-soft'],
  green: ['bg', 'surface', 'surface-2', 'accent-soft', 'green-soft'],
  grey: ['bg', 'surface', 'surface-2', 'accent-soft', 'grey-soft'],
  warn: ['bg', 'surface', 'surface-2', 'accent-soft', 'warn-soft'],
  teal: ['surface', 'surface-2', 'accent-soft', 'grey-soft'],
  violet: ['surface', 'surface-2', 'accent-soft', 'ours'],
  'note-ink': ['note'],
  note: ['note-ink'],
}

test.each(['light', 'dark'] as const)('the outline of an unassigned ticket has a contrast of 3 with its row: %s', (theme) => {
  const [, name = ''] = /\.no-one \{[^}]*dashed var\(--([a-z0-9-]+)\)/.exec(readFileSync(new URL('console.css', STYLES), 'utf8')) ?? []
  const colour = (token: string) => TOKENS.get(token)?.[theme] ?? `no colour ${token}`
  expect(['surface', 'surface-2', 'accent-soft'].filter((ground) => !(contrast(colour(name), colour(ground)) >= 3))).toEqual([])
})

test.each(['light', 'dark'] as const)('text has a contrast of 4.5 with its background, the outline of a field 3: %s', (theme) => {
  const colour = (name: string) => TOKENS.get(name)?.[theme] ?? `no colour ${name}`
  const pairs = [...Object.entries(TEXT).flatMap(([text, grounds]) => grounds.map((ground) => [text, ground, 4.5] as const)), ['line-strong', 'surface', 3] as const, ['star', 'surface', 3] as const]
  const faint = pairs.map(([text, ground, least]) => ({ pair: `${text} on ${ground}`, is: contrast(colour(text), colour(ground)), least })).filter(({ is, least }) => !(is >= least))
  expect(faint.map(({ pair, is }) => `${pair}: ${is.toFixed(2)}`)).toEqual([])
})
