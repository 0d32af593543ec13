// Loaded with the screen for opening hours: joins its sentences to the common ones.

import en from './en/hours.json'
import { addStrings, type Table } from './index.ts'

addStrings('hours', en, import.meta.glob<Table>(['./*/hours.json', '!./en/*.json'], { import: 'default' }))
