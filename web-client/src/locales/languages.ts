// The supported languages. To add one, add an entry to each table here, and a folder named after its language tag with a translation of every
// sentence in `en/`.

export const LANGUAGES = ['en', 'ar', 'de', 'fr'] as const
export type Language = (typeof LANGUAGES)[number]
/** Each language by its own name. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', ar: 'العربية', de: 'Deutsch', fr: 'Français' }
/** How dates and numbers are written, unless the device has another regional variant. */
export const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', ar: 'ar-EG', de: 'de-DE', fr: 'fr-FR' }
/** Languages that are written from right to left. */
export const RIGHT_TO_LEFT: readonly Language[] = ['ar']
