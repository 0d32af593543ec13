// Loaded by the console: adds the team's sentences to the common ones.

import en from './en/team.json'
import { addStrings, type Table } from './index.ts'
import './page.ts'

addStrings('team', en, import.meta.glob<Table>(['./*/team.json', '!./en/*.json'], { import: 'default' }))
