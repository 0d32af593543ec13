// Loaded with the screen for the team: joins its sentences to the common ones.

import en from './en/roles.json'
import { addStrings, type Table } from './index.ts'

addStrings('roles', en, import.meta.glob<Table>(['./*/roles.json', '!./en/*.json'], { import: 'default' }))
