// The supported languages. To add a language, add an entry to each table in this file. Also add a folder named after its language tag, with
// a translation of every sentence in `en/`.

export const LANGUAGES = ['en', 'ar', 'de', 'fr'] as const
export type Language = (typeof LANGUAGES)[number]
/** Each language's name in that language. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', ar: 'العربية', de: 'Deutsch', fr: 'Français' }
/** The default locale for dates and numbers. The device's own regional variant takes precedence. */
export const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', ar: 'ar-EG', de: 'de-DE', fr: 'fr-FR' }
/** Languages that are written from right to left. */
export const RIGHT_TO_LEFT: readonly Language[] = ['ar']
