/** An API that the invented company calls. */
export interface CatalogueElement {
  readonly key: string;
  readonly name: string;
  readonly hub: string;
  /** Its share of all calls, in percent. */
  readonly weight: number;
  /** The duration of a typical call, in milliseconds. */
  readonly typicalMs: number;
  readonly resources: readonly string[];
}

export const ELEMENTS: readonly CatalogueElement[] = [
  {
    key: 'sfdc',
    name: 'Salesforce Sales Cloud',
    hub: 'crm',
    weight: 24,
    typicalMs: 420,
    resources: ['contacts', 'accounts', 'opportunities', 'leads'],
  },
  {
    key: 'hubspot',
    name: 'HubSpot CRM',
    hub: 'crm',
    weight: 13,
    typicalMs: 310,
    resources: ['contacts', 'companies', 'deals'],
  },
  {
    key: 'dynamicscrm',
    name: 'Dynamics CRM',
    hub: 'crm',
    weight: 5,
    typicalMs: 690,
    resources: ['accounts', 'incidents'],
  },
  {
    key: 'netsuiteerpv2',
    name: 'NetSuite ERP',
    hub: 'erp',
    weight: 9,
    typicalMs: 1450,
    resources: ['customers', 'invoices', 'journals'],
  },
  {
    key: 'sageone',
    name: 'Sage One',
    hub: 'finance',
    weight: 4,
    typicalMs: 540,
    resources: ['invoices', 'payments'],
  },
  {
    key: 'quickbooks',
    name: 'QuickBooks Online',
    hub: 'finance',
    weight: 8,
    typicalMs: 460,
    resources: ['invoices', 'payments', 'vendors'],
  },
  {
    key: 'googledrive',
    name: 'Google Drive',
    hub: 'documents',
    weight: 10,
    typicalMs: 260,
    resources: ['files', 'folders', 'search'],
  },
  {
    key: 'dropbox',
    name: 'Dropbox',
    hub: 'documents',
    weight: 6,
    typicalMs: 230,
    resources: ['files', 'folders'],
  },
  { key: 'box', name: 'Box', hub: 'documents', weight: 3, typicalMs: 250, resources: ['files', 'folders'] },
  {
    key: 'twilio',
    name: 'Twilio',
    hub: 'messaging',
    weight: 9,
    typicalMs: 140,
    resources: ['messages', 'numbers'],
  },
  {
    key: 'sendgrid',
    name: 'SendGrid',
    hub: 'messaging',
    weight: 6,
    typicalMs: 120,
    resources: ['messages', 'templates'],
  },
  {
    key: 'zendesk',
    name: 'Zendesk',
    hub: 'helpdesk',
    weight: 3,
    typicalMs: 380,
    resources: ['incidents', 'users'],
  },
];

/** The users. Some share the office address; every other user has an address of their own. */
export const USERNAMES: readonly string[] = [
  'bob.smith',
  'ada.martin',
  'li.wei',
  'maria.rossi',
  'jonas.weber',
  'aisha.khan',
  'tom.baker',
  'sofia.lopez',
  'peter.novak',
  'emma.dubois',
  'noah.jensen',
  'olga.petrova',
  'david.cohen',
  'hana.sato',
  'lucas.silva',
  'zoe.clark',
  'omar.farouk',
  'ines.costa',
  'karl.lind',
  'ruth.adler',
  'vera.kovacs',
  'sam.obrien',
  'nina.berg',
  'paul.meyer',
  'integration',
  'billing-sync',
  'reporting',
  'support.desk',
];

/** A quarter of the users share this address, so it does not identify one of them. */
export const OFFICE_ADDRESS = '81.92.103.114';

/** The kinds of events. `weight` is a kind's share of all events, in percent; `{user}` is the username. */
export const EVENT_KINDS: readonly {
  readonly category: string;
  readonly action: string;
  readonly weight: number;
  readonly description: string;
  /** The system itself did it, so the event has no username and no address. */
  readonly system: boolean;
}[] = [
  {
    category: 'authentication',
    action: 'user-login-success',
    weight: 46,
    description: 'User {user} has logged in',
    system: false,
  },
  {
    category: 'authentication',
    action: 'user-logout',
    weight: 22,
    description: 'User {user} has logged out',
    system: false,
  },
  {
    category: 'authentication',
    action: 'user-login-failure',
    weight: 7,
    description: 'User {user} has failed to log in',
    system: false,
  },
  {
    category: 'authentication',
    action: 'user-locked-out',
    weight: 1,
    description: 'User {user} has been locked out: too many failed attempts',
    system: false,
  },
  {
    category: 'authentication',
    action: 'password-changed',
    weight: 3,
    description: 'User {user} has changed their password',
    system: false,
  },
  {
    category: 'user',
    action: 'user-created',
    weight: 2,
    description: 'A user has been created by {user}',
    system: false,
  },
  {
    category: 'user',
    action: 'user-updated',
    weight: 5,
    description: 'A user has been updated by {user}',
    system: false,
  },
  {
    category: 'role',
    action: 'role-created',
    weight: 1,
    description: 'A role has been created by {user}',
    system: false,
  },
  {
    category: 'role',
    action: 'role_assigned',
    weight: 3,
    description: 'A role has been assigned by {user}',
    system: false,
  },
  {
    category: 'api-key',
    action: 'api_key_created',
    weight: 1,
    description: 'An API key has been created by {user}',
    system: false,
  },
  {
    category: 'api-key',
    action: 'api_key_revoked',
    weight: 1,
    description: 'An API key has been revoked by {user}',
    system: false,
  },
  {
    category: 'billing',
    action: 'bill-run-closed',
    weight: 2,
    description: 'A bill run has been closed',
    system: true,
  },
  {
    category: 'billing',
    action: 'invoices-distributed',
    weight: 4,
    description: 'Invoices have been distributed',
    system: true,
  },
  {
    category: 'customer',
    action: 'customer-created',
    weight: 2,
    description: 'A customer has been created',
    system: true,
  },
];
