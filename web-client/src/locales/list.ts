// Texts for ticket lists. This file is loaded with the lists and adds their strings to the common table.

import en from './en/list.json'
import { addStrings, type Table } from './index.ts'

addStrings('list', en, import.meta.glob<Table>(['./*/list.json', '!./en/*.json'], { import: 'default' }))
