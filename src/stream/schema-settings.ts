/** How values at brokers name their schemas, and which registries know those of others, as plain data. */
export interface SchemaSettings {
  /** How those that we write do; all are read. */
  readonly write?: 'single-object' | 'confluent' | 'azure' | undefined;
  readonly confluent?: ConfluentSettings | undefined;
  readonly azure?: AzureSchemaSettings | undefined;
}

/** A registry that speaks as Confluent's does. */
export interface ConfluentSettings {
  readonly url?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly passwordFile?: string | undefined;
}

/** The registry of an Event Hubs namespace. */
export interface AzureSchemaSettings {
  readonly url?: string | undefined;
  /** Schema group that ours are put into. */
  readonly group?: string | undefined;
}
