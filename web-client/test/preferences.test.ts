// Tests of theme, language and sound. In order of precedence, the sources are: the embedding page's options, the URL, the device's storage,
// the browser's settings.

import { afterEach, expect, test, vi } from 'vitest'
import { createAppearance, THEMES } from '../src/client/appearance.ts'
import { memoryStorage } from '../src/client/browser.ts'
import { createPreferences } from '../src/client/preferences.ts'
import { language, setLanguage } from '../src/locales/index.ts'
import { word } from '../src/protocol/narrow.ts'
import { testPage } from './help/page.ts'

function root() {
  const dataset: DOMStringMap = {}
  return { dataset, lang: '', dir: '' }
}
afterEach(() => setLanguage('en'))

/** Checks that the page has this language and direction once its sentences are loaded. */
async function shows(wanted: string, given: Parameters<typeof createAppearance>[1], search = '', kept: string | null = null, languages: readonly string[] = []): Promise<void> {
  await setLanguage('en')
  const storage = memoryStorage()
  if (kept !== null) storage.setItem('helpline.looks.language', kept)
  const at = root()
  const appearance = createAppearance(at, given, storage, testPage({ search, languages }).page)
  await vi.waitFor(() => expect(`${at.lang} ${at.dir}`).toBe(wanted), 10_000)
  appearance.dispose()
}

test('the language is the first one that is offered', async () => {
  await shows('de ltr', { language: 'de' }, '?lang=fr', 'ar', ['fr-CA'])
  await shows('fr ltr', {}, '?lang=fr', 'ar', ['de-AT'])
  await shows('ar rtl', {}, '', 'ar', ['de-AT'])
  await shows('de ltr', {}, '', null, ['xx', 'de-AT'])
  // The desk offers only English and French, so German (in the address) and Arabic (stored on the device) are ignored.
  await shows('fr ltr', { languages: ['en', 'fr'] }, '?lang=de', 'ar', ['fr-CA'])
  await shows('en ltr', {}, '?lang=klingon')
})

test('the theme is on the page and on the device; `auto` leaves both to the browser', () => {
  const [storage, at] = [memoryStorage(), root()]
  const { page } = testPage()
  const appearance = createAppearance(at, {}, storage, page)
  expect([at.dataset['theme'], storage.length]).toEqual([undefined, 0])
  appearance.theme.value = 'dark'
  expect([at.dataset['theme'], storage.getItem('helpline.looks.theme')]).toEqual(['dark', 'dark'])
  const again = root()
  createAppearance(again, {}, storage, page)
  expect(again.dataset['theme']).toBe('dark')
  const given = root()
  createAppearance(given, { theme: 'light' }, storage, page)
  expect(given.dataset['theme'], 'the platform’s wins').toBe('light')
  expect(storage.getItem('helpline.looks.theme'), 'what the person chose is kept').toBe('dark')
  appearance.theme.value = 'auto'
  expect(at.dataset['theme']).toBeUndefined()
  appearance.dispose()
  appearance.theme.value = 'light'
  expect([at.dataset['theme'], storage.getItem('helpline.looks.theme')], 'nothing is followed any more').toEqual([undefined, 'auto'])
})

test('a theme chosen instead of the platform’s is stored, and so is the platform’s own if it is chosen again', () => {
  const storage = memoryStorage()
  const { theme } = createAppearance(root(), { theme: 'dark' }, storage, testPage().page)
  const kept = ['light', 'dark', 'auto'].map((chosen) => {
    theme.value = word(THEMES, chosen) ?? 'auto'
    return storage.getItem('helpline.looks.theme')
  })
  expect(kept).toEqual(['light', 'dark', 'auto'])
})

test('a chosen language is stored for the next visit', async () => {
  const storage = memoryStorage()
  const { page } = testPage()
  const preferences = createPreferences(root(), {}, storage, page)
  expect(await preferences.choose('de')).toBe(true)
  expect([language(), storage.getItem('helpline.looks.language')]).toEqual(['de', 'de'])
  preferences.dispose()
})

test('sound and notifications are off by default, shortcuts are on; each is stored on the device', () => {
  const storage = memoryStorage()
  const { page } = testPage()
  const first = createPreferences(root(), {}, storage, page)
  expect([first.sound.value, first.notify.value, first.keys.value, storage.length]).toEqual([false, false, true, 0])
  first.sound.value = true
  first.notify.value = true
  first.keys.value = false
  first.dispose()
  first.sound.value = false
  const next = createPreferences(root(), {}, storage, page)
  expect([next.sound.value, next.notify.value, next.keys.value]).toEqual([true, true, false])
  next.sound.value = false
  expect(createPreferences(root(), {}, storage, page).sound.value).toBe(false)
})
