// Loaded with the forms that edit a message: adds their sentences to the common ones.

import en from './en/edit.json'
import { addStrings, type Table } from './index.ts'

addStrings('edit', en, import.meta.glob<Table>(['./*/edit.json', '!./en/*.json'], { import: 'default' }))
