// Texts for the forms that edit a message. This file is loaded with those forms and adds their strings to the common table.

import en from './en/edit.json'
import { addStrings, type Table } from './index.ts'

addStrings('edit', en, import.meta.glob<Table>(['./*/edit.json', '!./en/*.json'], { import: 'default' }))
