// Sentences by key, in the chosen language. Each language is a table with the same keys; tables that a first screen does not need are loaded with the
// part that does. Components that call `t` while rendering render again when the language changes.

import { signal } from '@preact/signals'
import common from './en/common.json'
import type edit from './en/edit.json'
import type form from './en/form.json'
import type keys from './en/keys.json'
import type list from './en/list.json'
import type page from './en/page.json'
import type rating from './en/rating.json'
import type reasons from './en/reasons.json'
import type signOut from './en/sign-out.json'
import type support from './en/support.json'
import type team from './en/team.json'
import type ticket from './en/ticket.json'
import type widget from './en/widget.json'
import { LANGUAGES, LANGUAGE_NAMES, LOCALES, RIGHT_TO_LEFT, type Language } from './languages.ts'

export { LANGUAGES, LANGUAGE_NAMES, type Language }

interface Sections {
  readonly common: typeof common
  readonly edit: typeof edit
  readonly form: typeof form
  readonly keys: typeof keys
  readonly list: typeof list
  readonly page: typeof page
  readonly rating: typeof rating
  readonly reasons: typeof reasons
  readonly 'sign-out': typeof signOut
  readonly support: typeof support
  readonly team: typeof team
  readonly ticket: typeof ticket
  readonly widget: typeof widget
}

/** A group of sentences, with one file per language: `<tag>/<section>.json`. */
export type Section = keyof Sections
type KeysOf<S> = S extends Section ? Extract<keyof Sections[S], string> : never
export type StringKey = KeysOf<Section>
export type Table = Readonly<Record<string, string>>

/** The other languages of a section, by path, loaded on demand. */
export type Files = Readonly<Record<string, () => Promise<Table>>>

/** Loads the sentences of one part of the client in another language. */
type Source = (language: Language) => Promise<Table>

/** Finds the file that ends in `<tag>/<section>.json` or `<tag>.json`. */
const from = (files: Files, end: (language: Language) => string): Source => async (language) => await Object.entries(files).find(([path]) => path.endsWith(end(language)))?.[1]() ?? {}
const ofSection = (section: Section, files: Files): Source => from(files, (language) => `/${language}/${section}.json`)

const sources: Source[] = [ofSection('common', import.meta.glob<Table>(['./*/common.json', '!./en/*.json'], { import: 'default' }))]

/** The language chosen last, whether or not its tables are loaded. */
let wanted: Language = 'en'
const fallback = new Map<string, string>(Object.entries(common))
const chosen = signal<{ readonly language: Language; readonly table: Table }>({ language: 'en', table: {} })

/** Adds a section: its English sentences directly, those of other languages from `files` on demand. */
export function addStrings<S extends Section>(section: S, english: Sections[S], files: Files): void {
  add(ofSection(section, files), english)
}

function add(source: Source, english: Table): void {
  sources.push(source)
  for (const [key, sentence] of Object.entries(english)) fallback.set(key, sentence)
  if (wanted !== 'en') void setLanguage(wanted)
}

/**
 * The `t` of a part that has its sentences in its own folder. `files` are its other languages, by paths that end in `<tag>.json`. Keys are shared by
 * the whole client, so they begin with the part's name.
 */
export function sentences<K extends string>(english: Readonly<Record<K, string>>, files: Files): (key: K, places?: Places) => string {
  add(from(files, (language) => `/${language}.json`), english)
  return (key, places) => filled(key, places)
}

/** Picks one of a few words that a part shows before its other sentences are loaded. */
export function inLanguage(words: Readonly<Partial<Record<Language, string>>> & { readonly en: string }): string {
  return words[language()] ?? words.en
}

export function language(): Language {
  return chosen.value.language
}

export function direction(): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.includes(language()) ? 'rtl' : 'ltr'
}

let coming: Promise<boolean> = Promise.resolve(true)

/**
 * Resolves once the sentences of all parts added so far are loaded, or with false if some could not be. A part shown earlier is in English for a
 * moment.
 */
export const sentencesCame = (): Promise<boolean> => coming

/** Switches the language once its tables are loaded. If one of them fails, resolves to false and the page stays as it is. */
export function setLanguage(next: Language): Promise<boolean> {
  const taking = take(next)
  coming = taking
  return taking
}

let takes = 0
/** The language of the latest call of `take`. */
let asked: Language = 'en'

async function take(next: Language): Promise<boolean> {
  const mine = ++takes
  wanted = asked = next
  let isWhole = true
  const tables = next === 'en' ? [] : await Promise.all(sources.map((source) => source(next).catch(() => { isWhole = false })))
  // A later call for the same language covers more parts, so its answer counts; or another language was chosen.
  if (mine !== takes) return next === asked ? coming : true
  // If the page already has this language, a part whose sentences are missing does not hold back the others.
  if (isWhole || language() === next) chosen.value = { language: next, table: Object.assign({}, ...tables) }
  else wanted = language()
  return isWhole
}

const RIGHT_TO_LEFT_SIGNS = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u

/** Isolates a name in the other text direction, so that it does not reorder the sentence. */
function isolated(value: string): string {
  const isOther = direction() === 'rtl' ? /[A-Za-z]/.test(value) : RIGHT_TO_LEFT_SIGNS.test(value)
  return isOther ? `\u2068${value}\u2069` : value
}

/** The sentence for `key` with its places filled: `{n}` with a number or a text, `{n|one:# day|other:# days}` by the language's plural rules. */
export function t(key: StringKey, places: Places = {}): string {
  return filled(key, places)
}

type Places = Readonly<Record<string, string | number>>

function filled(key: string, places: Places = {}): string {
  const sentence = chosen.value.table[key] ?? fallback.get(key) ?? key
  return sentence.replace(/\{(\w+)((?:\|\w+:[^|}]*)*)\}/g, (whole, name: string, forms: string) => {
    const place = Object.hasOwn(places, name) ? places[name] : undefined
    if (place === undefined) return whole
    if (typeof place === 'string') return isolated(place)
    return forms === '' ? number(place) : (formFor(place, forms)).replace('#', number(place))
  })
}

/** A form that the language does not need may be missing; `other` is used then. */
function formFor(n: number, forms: string): string {
  const form = (name: string) => forms.split('|').find((one) => one.startsWith(`${name}:`))?.slice(name.length + 1)
  return form(new Intl.PluralRules(language()).select(n)) ?? form('other') ?? ''
}

export function number(n: number, options: Intl.NumberFormatOptions = {}): string {
  return new Intl.NumberFormat(locale(), options).format(n)
}

/** The sentence for a word from the server; the word itself if a newer server introduced it. */
export function tWord(prefix: 'status' | 'priority' | 'category', word: string | null): string {
  const key = `${prefix}.${word ?? ''}`
  return isKey(key) ? t(key) : (word ?? '').replaceAll('_', ' ')
}

export interface Refused {
  readonly code: string
  readonly title?: string
}

/** Explains a refusal that names a field; null if it names none. Set when the sentences for it are loaded. */
let atField: (refused: Refused) => string | null = () => null

export function explainFields(explain: typeof atField): void {
  atField = explain
}

export const isKey = (key: string): key is StringKey => fallback.has(key)

/** The sentence for a refusal, by its code; the server's own text is English. */
export function tProblem(problem: Refused): string {
  const key = `problem.${problem.code}`
  return atField(problem) ?? (isKey(key) ? t(key) : t('problem.other', { code: problem.code }))
}

/** The device's regional variant of the chosen language if it has one, so that dates and numbers look as the reader knows them. */
export function locale(): string {
  const chosen = language()
  return globalThis.navigator?.languages?.find((one) => one.startsWith(`${chosen}-`)) ?? LOCALES[chosen]
}
