// Texts for the console. This file is loaded by the console and adds its strings to the common table.

import en from './en/team.json'
import { addStrings, type Table } from './index.ts'
import './page.ts'

addStrings('team', en, import.meta.glob<Table>(['./*/team.json', '!./en/*.json'], { import: 'default' }))
