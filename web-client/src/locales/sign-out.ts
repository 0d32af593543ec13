// Texts for the dialog about unsent messages at sign-out. This file is loaded with the dialog and adds its strings to the common table.

import en from './en/sign-out.json'
import { addStrings, type Table } from './index.ts'

addStrings('sign-out', en, import.meta.glob<Table>(['./*/sign-out.json', '!./en/*.json'], { import: 'default' }))
