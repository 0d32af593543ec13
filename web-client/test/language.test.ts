// Tests that a language is switched completely or not at all, and that a failed load is retried.

import { afterEach, expect, test } from 'vitest'
import { createPreferences } from '../src/client/preferences.ts'
import { memoryStorage } from '../src/client/browser.ts'
import { hushToast, toast } from '../src/client/notifications.ts'
import { language, sentences, sentencesCame, setLanguage, t } from '../src/locales/index.ts'
import '../src/locales/page.ts'
import { chooseLanguage } from '../src/ui/preferences-menu.tsx'
import { settled, testPage } from './help/page.ts'

const server = { isGone: false, asked: 0 }
const fetched = (sentence: string) => () => {
  server.asked++
  return server.isGone ? Promise.reject(new TypeError('Failed to fetch dynamically imported module')) : Promise.resolve({ 'probe.x': sentence })
}
const s = sentences({ 'probe.x': 'English' }, { './locales/de.json': fetched('Deutsch'), './locales/fr.json': fetched('Français') })

const storage = memoryStorage()
const preferences = createPreferences({ dataset: {}, lang: '', dir: '' }, {}, storage, testPage().page)
afterEach(async () => {
  server.isGone = false
  hushToast()
  await setLanguage('en')
})

test('one part that cannot be loaded keeps the former language and reports it; the next attempt succeeds', async () => {
  await chooseLanguage(preferences, 'de')
  expect([language(), s('probe.x'), storage.getItem('helpline.looks.language'), toast.value]).toEqual(['de', 'Deutsch', 'de', null])
  server.isGone = true
  await chooseLanguage(preferences, 'fr')
  expect([language(), s('probe.x'), t('app.retry'), storage.getItem('helpline.looks.language')]).toEqual(['de', 'Deutsch', 'Erneut versuchen', 'de'])
  expect(toast.value?.sentence).toBe('Français konnte nicht geladen werden. Die Seite bleibt in ihrer Sprache.')
  server.isGone = false
  toast.value?.action?.run()
  await settled()
  expect([language(), s('probe.x'), storage.getItem('helpline.looks.language')]).toEqual(['fr', 'Français', 'fr'])
})

test('a part that joins later without its sentences does not hold back the others', async () => {
  await setLanguage('de')
  const later = sentences({ 'probe.later': 'Later' }, { './locales/de.json': () => Promise.reject(new TypeError('gone')) })
  await sentencesCame()
  expect([language(), s('probe.x'), later('probe.later')]).toEqual(['de', 'Deutsch', 'Later'])
})

test('a language chosen while a part joins is stored once the part’s sentences are loaded; otherwise the failure is reported', async () => {
  const choosing = chooseLanguage(preferences, 'fr')
  sentences({ 'probe.joins': 'Joins' }, { './locales/fr.json': () => settled().then(() => ({})) })
  await choosing
  expect([language(), storage.getItem('helpline.looks.language'), toast.value]).toEqual(['fr', 'fr', null])
  const failing = chooseLanguage(preferences, 'ar')
  sentences({ 'probe.fails': 'Fails' }, { './locales/ar.json': () => Promise.reject(new TypeError('gone')) })
  await failing
  expect([language(), storage.getItem('helpline.looks.language')]).toEqual(['fr', 'fr'])
  expect(toast.value?.sentence).toContain('العربية')
})

test('of two languages chosen one after the other, the second is stored', async () => {
  await Promise.all([chooseLanguage(preferences, 'de'), chooseLanguage(preferences, 'en')])
  expect([language(), storage.getItem('helpline.looks.language'), toast.value]).toEqual(['en', 'en', null])
})
