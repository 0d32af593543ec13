// Texts for the form that creates a ticket. This file is loaded with that form and adds its strings to the common table.

import en from './en/form.json'
import { addStrings, type Table } from './index.ts'

addStrings('form', en, import.meta.glob<Table>(['./*/form.json', '!./en/*.json'], { import: 'default' }))
