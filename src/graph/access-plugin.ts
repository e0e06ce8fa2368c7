import SchemaBuilder, { BasePlugin } from '@pothos/core';
import type {
  PothosInterfaceTypeConfig,
  PothosOutputFieldConfig,
  PothosOutputFieldType,
  PothosTypeConfig,
  PothosUnionTypeConfig,
  SchemaTypes,
} from '@pothos/core';
import type { GraphQLFieldResolver, GraphQLTypeResolver } from 'graphql';
import { NEEDED_ACCESS, requireAccess } from './access.ts';
import type { Access, Viewer } from './access.ts';
import type { GraphContext } from './context.ts';

/** The plugin's name, for the builder. */
export const ACCESS_PLUGIN = 'sightlineAccess';

type Resolver<Types extends SchemaTypes> = GraphQLFieldResolver<unknown, Types['Context'], object>;
type TypeResolver<Types extends SchemaTypes> = GraphQLTypeResolver<unknown, Types['Context']>;

/**
 * `requires` on a type or a field: the caller must hold one of these scopes. The plugin checks it before a field is resolved,
 * for a type at every field that returns it. It also appends the scopes to the description, so that the schema always says
 * what is checked.
 */
export class AccessPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onTypeConfig(config: PothosTypeConfig): PothosTypeConfig {
    const access = accessOfType(config);
    return access ? { ...config, description: describe(config.description, access) } : config;
  }

  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const needed = this.#listAccess(config);
    const [own] = needed;
    if (!own) return config;
    const extensions = { ...config.extensions, [NEEDED_ACCESS]: needed };
    return { ...config, extensions, description: describe(config.description, own) };
  }

  override wrapResolve(resolve: Resolver<Types>, config: PothosOutputFieldConfig<Types>): Resolver<Types> {
    const needed = this.#listAccess(config);
    if (needed.length === 0) return resolve;
    return (parent, args, context, info) => {
      for (const access of needed) requireAccess(viewerOf(context), access);
      return resolve(parent, args, context, info);
    };
  }

  /** Refuses a row behind an interface, whose type no field's check has seen. */
  override wrapResolveType(
    resolveType: TypeResolver<Types>,
    _config: PothosInterfaceTypeConfig | PothosUnionTypeConfig,
  ): TypeResolver<Types> {
    return (value, context, info, type) => {
      const name = resolveType(value, context, info, type);
      if (typeof name === 'string') {
        const access = accessOfType(this.builder.configStore.getTypeConfig(name));
        if (access) requireAccess(viewerOf(context), access);
      }
      return name;
    };
  }

  /** The access that the field requires, and the access that its type requires. */
  #listAccess(config: PothosOutputFieldConfig<Types>): readonly Access[] {
    const own = (config.pothosOptions as { requires?: Access }).requires;
    const type = nameOf(config.type);
    const ofType =
      type.kind === 'Object' ? accessOfType(this.builder.configStore.getTypeConfig(type.ref)) : null;
    return [own, ofType].filter((access) => access !== undefined && access !== null);
  }
}

// A plugin must fit every builder, but this service has only one kind of context.
function viewerOf(context: object): Viewer {
  return (context as GraphContext).viewer;
}

function accessOfType({ pothosOptions }: PothosTypeConfig): Access | null {
  return (pothosOptions as { requires?: Access }).requires ?? null;
}

function nameOf<Types extends SchemaTypes>(type: PothosOutputFieldType<Types>) {
  let named = type;
  while (named.kind === 'List') named = named.type;
  return named;
}

function describe(description: string | null | undefined, access: Access): string {
  const needs =
    access.length > 0 ? access.map((scope) => `\`${scope}\``).join(' or ') : 'an authenticated caller';
  const text = description ? `${description.replace(/\.?$/, '.')} ` : '';
  return `${text}Needs ${needs}.`;
}

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      sightlineAccess: AccessPlugin<Types>;
    }
    interface BaseTypeOptions<Types extends SchemaTypes = SchemaTypes> {
      /** A caller must hold one of these scopes to get this type. */
      requires?: Access;
    }
    interface FieldOptions {
      /** A caller must hold one of these scopes to get this field. Empty: the caller must be authenticated. */
      requires?: Access;
    }
  }
}

SchemaBuilder.registerPlugin(ACCESS_PLUGIN, AccessPlugin);
