// Loaded with the rating form: adds its sentences to the common ones.

import en from './en/rating.json'
import { addStrings, type Table } from './index.ts'

addStrings('rating', en, import.meta.glob<Table>(['./*/rating.json', '!./en/*.json'], { import: 'default' }))
