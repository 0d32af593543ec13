// Texts for the view of one ticket. This file is loaded with that view and adds its strings to the common table.

import en from './en/ticket.json'
import { addStrings, type Table } from './index.ts'

addStrings('ticket', en, import.meta.glob<Table>(['./*/ticket.json', '!./en/*.json'], { import: 'default' }))
