// Prints interfaces and enums with Modelina. It is fed draft-07 schemas with a title each, never the document: from a
// document it loses messages. Where its own printing is wrong (constants, null and boolean enums, quotes, ends of
// comments, reserved names) presets print from our definition, found by the number in the annotation `x-wirepact`.
import { loadModelina } from './modelina-module.ts';
import { docComment, literal, propertyName } from './printer.ts';
import { isSchema } from './schema.ts';
import type { PrintableDefinition, PropertyDefinition } from './type-definitions.ts';
import { propertyDoc } from './type-doc.ts';

const ANNOTATION = 'x-wirepact';

/** What Modelina hands to a preset, as far as it is read here. */
interface Model {
  readonly originalInput: { readonly [ANNOTATION]?: number };
}

/** The text of each interface and enum by its name, with `export` and without a comment. */
export async function printWithModelina(definitions: readonly PrintableDefinition[]): Promise<Map<string, string>> {
  // Costs more than all else that is emitted, so it is loaded only when something is.
  const { TypeScriptGenerator, JsonSchemaInputProcessor } = loadModelina();
  const properties = definitions.flatMap((definition) => (definition.kind === 'enum' ? [] : definition.properties));
  const propertyOf = (model: Model): PropertyDefinition | undefined =>
    properties[model.originalInput[ANNOTATION] ?? -1];
  const definitionOf = (model: Model): PrintableDefinition | undefined =>
    definitions[model.originalInput[ANNOTATION] ?? -1];
  const typeOf = ({ constrainedModel }: { constrainedModel: Model }): string =>
    propertyOf(constrainedModel)?.type ?? 'unknown';

  const processorOptions = { interpreter: { ignoreAdditionalProperties: true } };
  const generator = new TypeScriptGenerator({
    modelType: 'interface',
    enumType: 'union',
    mapType: 'record',
    rawPropertyNames: true,
    processorOptions,
    typeMapping: { String: typeOf, Integer: typeOf, Float: typeOf, Boolean: typeOf, Any: typeOf },
    // The names are unique and safe already.
    constraints: { modelName: ({ modelName }) => modelName },
    presets: [
      {
        interface: {
          property: ({ property, content }) => printProperty(propertyOf(property.property)) ?? content,
          additionalContent: ({ model, content }) => {
            const definition = definitionOf(model);
            const isOpen = definition?.kind === 'interface' && definition.open;
            return isOpen ? '[key: string]: unknown;' : content;
          },
        },
        enum: { self: ({ model, content }) => printEnum(definitionOf(model)) ?? content },
      },
    ],
  });
  const input = await new JsonSchemaInputProcessor().process(bundle(definitions, properties), processorOptions);
  const models = await generator.generate(input);
  return new Map(models.map(({ modelName, result }) => [modelName, `export ${result}`]));
}

function printProperty(property: PropertyDefinition | undefined): string | undefined {
  if (property === undefined) return undefined;
  const doc = docComment(propertyDoc(property.schema));
  const line = `${propertyName(property.name)}${property.required ? '' : '?'}: ${property.type};`;
  return doc === '' ? line : `${doc}\n${line}`;
}

function printEnum(definition: PrintableDefinition | undefined): string | undefined {
  if (definition?.kind !== 'enum') return undefined;
  return `type ${definition.name} = ${definition.values.map(literal).join(' | ')};`;
}

type Schema = { readonly [keyword: string]: unknown };

/** One draft-07 schema whose properties are all definitions, so that each becomes a model. */
function bundle(definitions: readonly PrintableDefinition[], properties: readonly PropertyDefinition[]): Schema {
  const schemaOf = (definition: PrintableDefinition, number: number): Schema =>
    definition.kind === 'enum'
      ? { title: definition.name, enum: definition.values, [ANNOTATION]: number }
      : { ...objectOf(definition.properties, properties), title: definition.name, [ANNOTATION]: number };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'WirepactBundle',
    type: 'object',
    properties: Object.fromEntries(definitions.map(({ name }) => [name, { $ref: `#/definitions/${name}` }])),
    definitions: Object.fromEntries(definitions.map((definition, i) => [definition.name, schemaOf(definition, i)])),
  };
}

function objectOf(own: readonly PropertyDefinition[], all: readonly PropertyDefinition[]): Schema {
  // Keys of our own: Modelina drops or renames some (`__proto__`, `additionalProperties`).
  return {
    type: 'object',
    properties: Object.fromEntries(own.map((property, i) => [`p${i}`, leafOf(property, all.indexOf(property))])),
    required: own.flatMap((property, i) => (property.required ? [`p${i}`] : [])),
  };
}

/** A property's schema without what its type already says: Modelina would make models of nested parts. */
function leafOf(property: PropertyDefinition, number: number): Schema {
  const type = isSchema(property.schema) ? property.schema.type : undefined;
  const isScalar = typeof type === 'string' && ['string', 'integer', 'number', 'boolean'].includes(type);
  return { ...(isScalar ? { type } : {}), [ANNOTATION]: number };
}
