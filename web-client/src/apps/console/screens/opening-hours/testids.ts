/** What tests find on this screen, beside the names in src/testids.ts. */
export const H = {
  zoneOption: 'hours-zone-option',
  zoneNow: 'hours-zone-now',
  /** What the hours mean at this moment; `data-now=open|closed|always`. */
  now: 'hours-now',
  /** `data-date`. */
  holiday: 'hours-holiday',
  holidayDate: 'hours-holiday-date',
  holidayNewName: 'hours-holiday-new-name',
  holidayAdd: 'hours-holiday-add',
  holidayName: 'hours-holiday-name',
  holidayClosed: 'hours-holiday-closed',
  holidayRemove: 'hours-holiday-remove',
  holidaysPast: 'hours-holidays-past',
  nextDay: 'hours-next-day',
  overtaken: 'hours-overtaken',
  theirs: 'hours-theirs',
  mine: 'hours-mine',
} as const
