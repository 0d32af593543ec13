// Texts for the rating form. This file is loaded with the form and adds its strings to the common table.

import en from './en/rating.json'
import { addStrings, type Table } from './index.ts'

addStrings('rating', en, import.meta.glob<Table>(['./*/rating.json', '!./en/*.json'], { import: 'default' }))
