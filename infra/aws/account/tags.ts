import * as pulumi from "@pulumi/pulumi";

/**
 * Gives every resource that can carry tags the stack's own: whose it is, which stack, and its name. Tags that a
 * resource was given win. The provider's default tags would do less: they are not seen by policies, nor on
 * snapshots and tasks that copy the tags of what they come from.
 */
export function tagEverything(stack: string): void {
  pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) => {
    // The class of a taggable resource names the property whether or not it was given.
    if (!type.startsWith("aws:") || !("tags" in props) || untaggable.has(type)) return undefined;
    const tags = { Name: name, "capstone:project": "capstone", "capstone:stack": stack };
    return { props: { ...props, tags: { ...tags, ...props.tags } }, opts };
  });
}

/** Has a property of that name which is not the resource's own tags. */
const untaggable = new Set<string>([]);
