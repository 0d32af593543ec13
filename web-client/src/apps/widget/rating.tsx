// The rating of a ticket that is over: fetched for a person who is asked for one.

import form from '../../ui/styles/rating.css?inline'
import own from '../../ui/styles/widget-rating.css?inline'
import { addStyles } from './styles.ts'

addStyles(form, own)

export { RatingForm } from '../../ui/rating.tsx'
