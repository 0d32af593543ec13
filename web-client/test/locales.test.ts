// Tests that every language has every sentence, in the same sections, with the same placeholders and with the plural forms that the
// language needs.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isObject } from '../src/protocol/narrow.ts'
import { LANGUAGES, type Language } from '../src/locales/index.ts'
import { files, read, SRC } from './help/imports.ts'

const DIR = join(SRC, 'locales')
const SCREENS = join(SRC, 'apps/console/screens')
/** The lazily loaded parts of the apps. Each part has its sentences in its own folder: `apps/…/locales/<tag>.json`. */
const parts = readdirSync(join(SRC, 'apps'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('/locales')).map((path) => `apps/${path}`)
const isThere = (language: string, part: string) => existsSync(join(SRC, part, `${language}.json`))
const sectionsOf = (language: string) => [...readdirSync(join(DIR, language)), ...parts.filter((part) => isThere(language, part))].toSorted()
const fileOf = (language: string, section: string) => (section.startsWith('apps/') ? join(SRC, section, `${language}.json`) : join(DIR, language, section))

function sentencesOf(language: string, section: string): ReadonlyMap<string, string> {
  const table: unknown = JSON.parse(readFileSync(fileOf(language, section), 'utf8'))
  if (!isObject(table)) throw new Error(`${language}/${section} is no table`)
  return new Map(Object.entries(table).map(([key, sentence]) => [key, String(sentence)]))
}

/** Extracts the placeholders of a sentence. For example, `{n|one:# day|other:# days}` gives `n` with the forms `one` and `other`. */
const placesOf = (sentence: string) => [...sentence.matchAll(/\{(\w+)((?:\|\w+:[^|}]*)*)\}/g)].map(([, name, forms]) => ({ name, forms: [...(forms ?? '').matchAll(/\|(\w+):/g)].map(([, form]) => form ?? '') }))

/** Sentences that are intentionally the same in English and another language: names, and words that the languages share. */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  ar: ['app.system', 'app.tab', 'app.unread', 'system.database'],
  de: ['app.support', 'app.system', 'app.tab', 'app.team', 'app.unread', 'category.compliance', 'console.nav', 'details.show', 'details.title', 'palette.status', 'panel.details', 'replies.body', 'retention.scope.person', 'retention.scope.ticket', 'roles.admin', 'roles.count_online', 'roles.offline', 'roles.online', 'roles.support_agent', 'signin.admin', 'system.database', 'system.version', 'ticket.status', 'widget.title'],
  fr: ['app.support', 'app.system', 'app.tab', 'app.team', 'app.unread', 'composer.tab.note', 'console.nav', 'history.messages', 'history.notes', 'roles.admin', 'roles.support_agent', 'signin.admin', 'system.check.migrations', 'system.database', 'system.state.ok', 'system.version', 'timeline.label', 'widget.title'],
}

test('every language has a folder, and there are no other folders', () => {
  expect(readdirSync(DIR, { withFileTypes: true }).filter((one) => one.isDirectory()).map((one) => one.name).toSorted()).toEqual([...LANGUAGES].toSorted())
})

test('no two sections have the same key', () => {
  const keys = sectionsOf('en').flatMap((section) => [...sentencesOf('en', section).keys()])
  expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([])
})

test('every sentence is used somewhere', () => {
  const source = files.map(read).join('\n')
  // The beginnings of keys that the code composes, either in a template or from a ticket's status, priority or category.
  const begun = [...[...source.matchAll(/`([a-z_]+\.[a-z_.]*)\$\{/g)].map(([, prefix]) => prefix ?? ''), 'status.', 'priority.', 'category.']
  const unsaid = sectionsOf('en').flatMap((section) => [...sentencesOf('en', section).keys()]).filter((key) => !source.includes(`'${key}'`) && !begun.some((prefix) => key.startsWith(prefix)) && !source.includes(`"${key}"`))
  expect(unsaid).toEqual([])
})

test('every screen has its title in every language', () => {
  for (const name of readdirSync(SCREENS, { withFileTypes: true }).filter((one) => one.isDirectory()).map((one) => one.name)) {
    const titles: unknown = JSON.parse(readFileSync(join(SCREENS, name, 'title.json'), 'utf8'))
    expect(isObject(titles) ? LANGUAGES.filter((language) => typeof titles[language] !== 'string') : name).toEqual([])
  }
})

describe.each(LANGUAGES.filter((language) => language !== 'en'))('%s', (language) => {
  test('has the sections of English', () => expect(sectionsOf(language)).toEqual(sectionsOf('en')))

  test.each(sectionsOf('en'))('%s has every sentence, with the same places', (section) => {
    const [english, other] = [sentencesOf('en', section), sentencesOf(language, section)]
    expect([...other.keys()].toSorted()).toEqual([...english.keys()].toSorted())
    for (const [key, sentence] of english) {
      expect(new Set(placesOf(other.get(key) ?? '').map(({ name }) => name)), key).toEqual(new Set(placesOf(sentence).map(({ name }) => name)))
    }
  })

  test('has the plural forms that its rules name, and no others', () => {
    const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories
    for (const section of sectionsOf(language)) {
      for (const [key, sentence] of sentencesOf(language, section)) {
        for (const { forms } of placesOf(sentence)) {
          if (forms.length === 0) continue
          expect(forms, `${key} has no form for the rest`).toContain('other')
          for (const form of forms) expect(needed, `${key}: ${form}`).toContain(form)
        }
      }
    }
  })

  test('has no straight apostrophes or quotation marks, and uses the ellipsis character', () => {
    for (const section of sectionsOf(language)) {
      for (const [key, sentence] of sentencesOf(language, section)) expect(sentence, key).not.toMatch(/['"]|\.\.\./)
    }
  })

  test('leaves nothing in English', () => {
    const same = sectionsOf('en').flatMap((section) => [...sentencesOf('en', section)].filter(([key, sentence]) => sentencesOf(language, section).get(key) === sentence).map(([key]) => key))
    expect(same.toSorted()).toEqual(SHARED[language] ?? [])
  })
})

const sentences = (language: string) => sectionsOf(language).flatMap((section) => [...sentencesOf(language, section)])
/** Removes the placeholders, because their plural forms contain colons. */
const bare = (sentence: string) => sentence.replace(/\{[^}]*\}/g, '{}')

test('French has narrow no-break spaces before ? ! ; and no-break spaces before : and inside « »', () => {
  for (const [key, sentence] of sentences('fr')) {
    expect(bare(sentence).replace("«\u00a0?\u00a0»", ""), key).not.toMatch(/[^\u202f][?!;]|[^\u00a0]:(?!\/\/)|«[^\u00a0]|[^\u00a0]»/)
  }
})

test('German and French address the reader formally', () => {
  for (const [key, sentence] of sentences('de')) expect(bare(sentence), key).not.toMatch(/\b(?:[Dd]u|[Dd]ein\w*|[Dd]ir|[Dd]ich|[Ee]uer\w*)\b/)
  for (const [key, sentence] of sentences('fr')) expect(bare(sentence), key).not.toMatch(/(?:^|[\s’])(?:[Tt]u|[Tt]oi|[Tt]on|[Tt]a|[Tt]es?)(?=[\s.,]|$)/)
})

/** For each language, words that must not be used, because docs/translating.md prescribes another word for the thing. */
const OTHER_WORDS: Readonly<Record<Language, RegExp>> = {
  en: /canned|macro|reply template|opening time|office hours/i,
  de: /[Gg]espeicherte[nr]? Antwort|[Vv]orlage|[Bb]enutzer|[Mm]itarbeiter|[Hh]istorie|Konversation|Geschäftszeit|Arbeitszeit|Ihre Anfragen/,
  fr: /réponses? types?|modèle|(?:vous|non) attribu|réglage|utilisateur|conseiller|discussion|heures d’ouverture/i,
  ar: /موظف|رد جاهز|ردود جاهزة|ساعات الدوام|معيّنة|زبون/,
}

/**
 * Tests the words that the widget shows before its iframe has loaded. They are in the source code, because the translation tables would
 * make the loader too large.
 */
test.each(['apps/widget/loader.ts', 'apps/widget/guest.ts'])('%s has its words in every language, and no others', (path) => {
  const table = /const WORDS:[^=]*= \{([^}]*)\}/.exec(readFileSync(join(SRC, path), 'utf8'))?.[1] ?? ''
  const words = new Map([...table.matchAll(/(\w+): (\[[^\]]*\]|'[^']*')/g)].map(([, language, said]) => [language, [...(said ?? '').matchAll(/'([^']*)'/g)].map(([, sentence]) => sentence ?? '')]))
  expect([...words.keys()].toSorted()).toEqual([...LANGUAGES].toSorted())
  const english = words.get('en') ?? []
  expect(english).not.toEqual([])
  for (const [language, said] of words) {
    expect(said.filter((sentence) => sentence !== ''), language).toHaveLength(english.length)
    // "Support" is also a German word, so it may be equal in both languages.
    if (language !== 'en') expect(said.filter((sentence, at) => sentence === english[at] && !(language === 'de' && sentence === 'Support')), language).toEqual([])
  }
})

test.each(LANGUAGES)('%s has one word for each thing', (language) => {
  for (const [key, sentence] of sentences(language)) expect(sentence, key).not.toMatch(OTHER_WORDS[language])
})

test('labels of buttons, tabs and badges are about as short as in English', () => {
  const SHORT_MAX = 28
  const SHORT = /^(?:status|own_status\.(?!changed)|view|priority|category|stats(?!\.so_far)|composer\.tab|composer\.send|panel|bulk\.(?:take|status|priority)$|list\.(?:active|closed)|signout\.(?:send|keep|discard))/
  const KINDS = ['status', 'own_status', 'view', 'priority', 'category', 'stats', 'composer', 'panel', 'bulk', 'list', 'signout']
  const short = sentences('en').map(([key]) => key).filter((key) => SHORT.test(key))
  expect(KINDS.filter((kind) => !short.some((key) => key.startsWith(`${kind}.`))), 'of none').toEqual([])
  for (const language of LANGUAGES) {
    for (const [key, sentence] of sentences(language)) if (SHORT.test(key)) expect(sentence.length, `${language} ${key}: ${sentence}`).toBeLessThanOrEqual(SHORT_MAX)
  }
})
