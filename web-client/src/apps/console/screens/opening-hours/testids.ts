/** Test ids that only the opening hours screen uses. The shared test ids are in src/testids.ts. */
export const H = {
  zoneOption: 'hours-zone-option',
  zoneNow: 'hours-zone-now',
  /** Says whether the desk is open at this moment. The element also has `data-now`: `open`, `closed` or `always`. */
  now: 'hours-now',
  /** The element also has `data-date`: the date of the holiday. */
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
