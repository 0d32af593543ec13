// The languages that there are: a line here, and a folder of JSON files by the same tag with every sentence of `en/`.

export const LANGUAGES = ['en', 'ar', 'de', 'fr'] as const
export type Language = (typeof LANGUAGES)[number]
/** Each by its own name. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', ar: 'العربية', de: 'Deutsch', fr: 'Français' }
/** How days and numbers are written unless the device names another kind of the language. */
export const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', ar: 'ar-EG', de: 'de-DE', fr: 'fr-FR' }
/** Those that are written from right to left. */
export const RIGHT_TO_LEFT: readonly Language[] = ['ar']
