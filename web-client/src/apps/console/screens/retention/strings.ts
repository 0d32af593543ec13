import { sentences, type Table } from '../../../../locales/index.ts'
import en from './locales/en.json'

/** Translated texts of the retention screen. */
export const s = sentences(en, import.meta.glob<Table>(['./locales/*.json', '!./locales/en.json'], { import: 'default' }))
