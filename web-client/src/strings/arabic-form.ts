import type { FormKey } from './english-form.ts'

export const ARABIC_FORM: Readonly<Record<FormKey, string>> = {
  'new.subject': 'الموضوع',
  'new.category': 'الفئة',
  'new.priority': 'الأولوية',
  'new.description': 'ماذا حدث؟',
  'new.submit': 'افتح التذكرة',
  'new.needs_subject': 'أعطها موضوعًا.',
  'new.needs_description': 'صف ما حدث.',
  'new.subject_long': 'أطول من المسموح بمقدار {n} حرفًا.',

  'field.refused': 'غير مقبول: {why}.',

  'new.chars_left': '{n|zero:لم يبق أي حرف|one:بقي حرف واحد|two:بقي حرفان|few:بقيت # أحرف|many:بقي # حرفًا|other:بقي # حرف}',
  'new.kept': 'مسودتك محفوظة على هذا الجهاز.',
  'new.unkept': 'لا مكان في هذا المتصفح لمسودتك: أبقِ هذه الصفحة مفتوحة.',

  'composer.too_long': 'أطول من الحد بمقدار {n|one:بايت واحد|two:بايتين|few:# بايتات|other:# بايت}.',

  'category.technical': 'تقنية',
  'category.billing': 'الفواتير',
  'category.account': 'الحساب',
  'category.feature_request': 'طلب ميزة',
  'category.bug_report': 'بلاغ عن خطأ',
  'category.general': 'عامة',
  'category.security': 'الأمان',
  'category.compliance': 'الامتثال',

  'priority.low': 'منخفضة',
  'priority.medium': 'متوسطة',
  'priority.high': 'مرتفعة',
  'priority.urgent': 'عاجلة',

  'problem.unknown_field': 'لا يعرف الخادم هذا بعد. حاول لاحقًا.',
  'problem.too_large': 'هذا طويل جدًا.',
  'problem.invalid_field': 'حقل غير صحيح: {title}',
  'problem.invalid_field.untitled': 'أحد الحقول غير صحيح.',
  'problem.invalid_body': 'النص يخالف قاعدة: {title}',
  'problem.invalid_body.untitled': 'النص لا يُظهر شيئًا، أو طويل جدًا، أو فيه رموز لا يمكن إرسالها.',
}
