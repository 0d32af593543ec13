// Loaded with ticket lists: adds their sentences to the common ones.

import en from './en/list.json'
import { addStrings, type Table } from './index.ts'

addStrings('list', en, import.meta.glob<Table>(['./*/list.json', '!./en/*.json'], { import: 'default' }))
