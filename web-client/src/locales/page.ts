// Texts for full pages. This file is loaded by those pages and adds their strings to the common table.

import en from './en/page.json'
import './edit.ts'
import './form.ts'
import { addStrings, type Table } from './index.ts'
import './list.ts'
import './reasons.ts'
import './ticket.ts'

addStrings('page', en, import.meta.glob<Table>(['./*/page.json', '!./en/*.json'], { import: 'default' }))
