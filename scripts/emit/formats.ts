// Which function of `wirepact/validation` checks which format of JSON Schema. A format without a row checks nothing.

export const FORMATS: { readonly [format: string]: string } = {
  'date-time': 'isDateTime',
  date: 'isDate',
  time: 'isTime',
  uuid: 'isUuid',
  email: 'isEmail',
  hostname: 'isHostname',
  ipv4: 'isIpv4',
  ipv6: 'isIpv6',
  uri: 'isUri',
  'uri-reference': 'isUriReference',
  'json-pointer': 'isJsonPointer',
  regex: 'isRegex',
};
