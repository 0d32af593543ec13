// Loaded with the ticket view: adds its sentences to the common ones.

import en from './en/ticket.json'
import { addStrings, type Table } from './index.ts'

addStrings('ticket', en, import.meta.glob<Table>(['./*/ticket.json', '!./en/*.json'], { import: 'default' }))
