// Translated texts (sentences), looked up by key. Each language has a table with the same keys. Tables that the first screen does not need
// are loaded later. A component that calls `t` while rendering re-renders when the language changes.

import { signal } from '@preact/signals'
import type attach from './en/attach.json'
import common from './en/common.json'
import type edit from './en/edit.json'
import type files from './en/files.json'
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
  readonly attach: typeof attach
  readonly common: typeof common
  readonly edit: typeof edit
  readonly files: typeof files
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

/** A group of translated texts. Each language has one file per section: `<tag>/<section>.json`. */
export type Section = keyof Sections
type KeysOf<S> = S extends Section ? Extract<keyof Sections[S], string> : never
export type StringKey = KeysOf<Section>
export type Table = Readonly<Record<string, string>>

/** Loaders for the languages other than English, by file path. Each file is loaded on demand. */
export type Files = Readonly<Record<string, () => Promise<Table>>>

/** Loads the texts of one part of the client in a language other than English. */
type Source = (language: Language) => Promise<Table>

/** Returns a source that loads the file whose path ends with the text that `end` returns. */
const from = (files: Files, end: (language: Language) => string): Source => async (language) => await Object.entries(files).find(([path]) => path.endsWith(end(language)))?.[1]() ?? {}
const ofSection = (section: Section, files: Files): Source => from(files, (language) => `/${language}/${section}.json`)

const sources: Source[] = [ofSection('common', import.meta.glob<Table>(['./*/common.json', '!./en/*.json'], { import: 'default' }))]

/** The language that was chosen last. Its tables may not be loaded yet. */
let wanted: Language = 'en'
const fallback = new Map<string, string>(Object.entries(common))
const chosen = signal<{ readonly language: Language; readonly table: Table }>({ language: 'en', table: {} })

/** Adds a section (a group of texts). Its English sentences are available immediately. Other languages are loaded from `files` on demand. */
export function addStrings<S extends Section>(section: S, english: Sections[S], files: Files): void {
  add(ofSection(section, files), english)
}

function add(source: Source, english: Table): void {
  sources.push(source)
  for (const [key, sentence] of Object.entries(english)) fallback.set(key, sentence)
  if (wanted !== 'en') void setLanguage(wanted)
}

/**
 * Returns a function like `t` for a part of the client that keeps its sentences in its own folder. `files` are the part's translations,
 * with paths that end in `<tag>.json`. All parts share one key space, so each key must begin with the part's name.
 */
export function sentences<K extends string>(english: Readonly<Record<K, string>>, files: Files): (key: K, places?: Places) => string {
  add(from(files, (language) => `/${language}.json`), english)
  return (key, places) => filled(key, places)
}

/** Picks a text in the reader's language, or in English. For the few texts that are shown before the tables are loaded. */
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
 * Resolves when the sentences of all parts added so far are loaded. Resolves to false if some could not be loaded. Until then, a part may
 * be shown in English.
 */
export const sentencesCame = (): Promise<boolean> => coming

/** Switches the language when its tables are loaded. If a table fails to load, resolves to false and keeps the current language. */
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
  // A later call of `take` has started. If that call is for the same language, return its result, because that call also loads the parts
  // that were added after this call. Otherwise another language was chosen, so report no failure.
  if (mine !== takes) return next === asked ? coming : true
  // If the page already shows this language, use the tables that were loaded, even if others failed to load.
  if (isWhole || language() === next) chosen.value = { language: next, table: Object.assign({}, ...tables) }
  else wanted = language()
  return isWhole
}

const RIGHT_TO_LEFT_SIGNS = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u

/** Puts isolation characters around a value of the opposite text direction. Otherwise the value could reorder the words of the sentence. */
function isolated(value: string): string {
  const isOther = direction() === 'rtl' ? /[A-Za-z]/.test(value) : RIGHT_TO_LEFT_SIGNS.test(value)
  return isOther ? `\u2068${value}\u2069` : value
}

/**
 * Returns the sentence for `key` with its placeholders filled in. `{n}` is replaced by a number or text. `{n|one:# day|other:# days}`
 * chooses a form by the language's plural rules.
 */
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

/** Chooses the plural form for `n`. If the sentence lacks that form, uses `other`. */
function formFor(n: number, forms: string): string {
  const form = (name: string) => forms.split('|').find((one) => one.startsWith(`${name}:`))?.slice(name.length + 1)
  return form(new Intl.PluralRules(language()).select(n)) ?? form('other') ?? ''
}

export function number(n: number, options: Intl.NumberFormatOptions = {}): string {
  return new Intl.NumberFormat(locale(), options).format(n)
}

/** Returns the text for a status, priority or category of the server. If this client does not know the word, returns the word itself. */
export function tWord(prefix: 'status' | 'priority' | 'category', word: string | null): string {
  const key = `${prefix}.${word ?? ''}`
  return isKey(key) ? t(key) : (word ?? '').replaceAll('_', ' ')
}

export interface Refused {
  readonly code: string
  readonly title?: string
}

/** Explains a refusal that names an invalid field. Returns null if the refusal names no field. Replaced when `reasons.ts` is loaded. */
let atField: (refused: Refused) => string | null = () => null

export function explainFields(explain: typeof atField): void {
  atField = explain
}

export const isKey = (key: string): key is StringKey => fallback.has(key)

/** Returns the sentence for a refusal, by its error code. The server's own text is not used, because it is in English. */
export function tProblem(problem: Refused): string {
  const key = `problem.${problem.code}`
  return atField(problem) ?? (isKey(key) ? t(key) : t('problem.other', { code: problem.code }))
}

/**
 * Returns the locale for dates and numbers: the device's regional variant of the chosen language, or the default variant of the language.
 */
export function locale(): string {
  const chosen = language()
  return globalThis.navigator?.languages?.find((one) => one.startsWith(`${chosen}-`)) ?? LOCALES[chosen]
}
