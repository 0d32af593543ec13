// Tests of times, waiting times and lists in the format of each language.

import { afterEach, expect, test } from 'vitest'
import { inUnit, inRow, waited } from '../src/locales/formats.ts'
import { direction, locale, setLanguage, t, type Language } from '../src/locales/index.ts'
import { about } from '../src/locales/own-words.ts'
import '../src/locales/page.ts'
import { dayHeading, listWhen, shortWhen } from '../src/locales/times.ts'

afterEach(() => {
  Reflect.deleteProperty(globalThis, 'navigator')
  return setLanguage('en')
})

/** Simulates a device with these preferred languages. */
const device = (...languages: readonly string[]) => Object.defineProperty(globalThis, 'navigator', { value: { languages }, configurable: true })

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** A Monday at noon in the device's time zone. */
const NOW = new Date(2026, 10, 23, 12, 0).getTime()
const ago = (ms: number) => new Date(NOW - ms).toISOString()

test.each([
  ['en', 'now', '5 min ago', 'Yesterday'],
  ['de', 'jetzt', 'vor 5 Min.', 'Gestern'],
  ['fr', 'maintenant', 'il y a 5 min', 'Hier'],
  ['ar', 'الآن', 'قبل ٥ دقائق', 'أمس'],
] as const)('a list says how long ago: %s', async (language: Language, now, minutes, yesterday) => {
  device('en-GB')
  await setLanguage(language)
  expect([ago(10_000), ago(5 * MINUTE), ago(24 * HOUR)].map((iso) => listWhen(iso, NOW).replaceAll('\u00a0', ' '))).toEqual([now, minutes, yesterday])
  expect(listWhen(ago(3 * HOUR), NOW)).toMatch(/[0٠]?[9٩].[0٠]{2}/)
  expect(listWhen(ago(400 * 24 * HOUR), NOW)).toMatch(/2025|٢٠٢٥/)
  expect(dayHeading(ago(24 * HOUR), NOW)).toBe(yesterday)
})

test('calendar days count, not spans of 24 hours', () => {
  const lateYesterday = new Date(2026, 10, 22, 23, 50).toISOString()
  expect(shortWhen(lateYesterday, NOW)).toBe('yesterday')
  expect(dayHeading(new Date(2026, 10, 23, 0, 5).toISOString(), NOW)).toBe('Today')
  expect(dayHeading(ago(3 * 24 * HOUR), NOW)).toBe('Fri, 20 Nov 2026')
  // If the device's clock is behind the server's, a time can be in the future. It is then shown as a time of day.
  expect(shortWhen(ago(-2 * HOUR), NOW)).toBe('14:00')
})

test('waits use the largest useful unit', async () => {
  expect([0, 59 * MINUTE, 60 * MINUTE, 47 * HOUR, 48 * HOUR].map(waited)).toEqual(['0m', '59m', '1h', '47h', '2d'])
  await setLanguage('de')
  expect([waited(5 * MINUTE), inUnit(3, 'hour'), about(90), about(3 * 3600)]).toEqual(['5 Min.', '3 Std.', '2 Minuten', '3 Stunden'])
  expect(inRow(['Ada', 'Carl', 'Eva'])).toBe('Ada, Carl und Eva')
  await setLanguage('fr')
  expect(about(3 * 86_400)).toBe('3\u00a0jours')
})

test('the device’s regional variant is used, for its own language only', async () => {
  device('de-AT', 'fr-CA', 'en-US')
  await setLanguage('de')
  expect(locale()).toBe('de-AT')
  await setLanguage('fr')
  expect(locale()).toBe('fr-CA')
  await setLanguage('ar')
  expect(locale()).toBe('ar-EG')
  expect(direction()).toBe('rtl')
  await setLanguage('de')
  expect(direction()).toBe('ltr')
})

test('zero and one share a plural form in French, but not in German', async () => {
  const counts = () => [0, 1, 2].map((n) => t('new.chars_left', { n }))
  await setLanguage('fr')
  expect(counts()).toEqual(['0 caractère restant', '1 caractère restant', '2 caractères restants'])
  await setLanguage('de')
  expect([1, 2].map((n) => t('habits.undo.seconds', { n }))).toEqual(['1 Sekunde', '2 Sekunden'])
})
