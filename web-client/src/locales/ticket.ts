// Loaded with what shows a ticket: joins its sentences to the common ones.

import en from './en/ticket.json'
import './form.ts'
import { addStrings } from './index.ts'

addStrings('ticket', en)
