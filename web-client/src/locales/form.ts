// Loaded with the form for a new ticket: adds its sentences to the common ones.

import en from './en/form.json'
import { addStrings, type Table } from './index.ts'

addStrings('form', en, import.meta.glob<Table>(['./*/form.json', '!./en/*.json'], { import: 'default' }))
