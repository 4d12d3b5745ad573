package dev.injectionauditor.auditor.observe.scope;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import java.util.Optional;
import java.util.Set;

/**
 * The fields by which the Pods differ that a stored one may have been sent as ({@link SentPod#possible}). Of a
 * condition that looks at none of them one evaluation is enough, which is nearly all conditions.
 */
final class UnsureFields {

    private static final Set<String> FIELDS = Set.of("metadata.creationTimestamp", "spec.nodeName");

    private UnsureFields() {}

    /**
     * Whether an expression may look at one of them: it may, unless each use of the variable {@code object} goes to a
     * field of a field by name, and to none of these.
     */
    static boolean mayBeReadBy(CelAbstractSyntaxTree expression) {
        return CelNavigableAst.fromAst(expression)
                .getRoot()
                .allNodes()
                .filter(node -> node.getKind() == Kind.IDENT
                        && node.expr().ident().name().equals("object"))
                .anyMatch(object -> field(object.parent())
                        .flatMap(outer -> field(object.parent().flatMap(CelNavigableExpr::parent))
                                .map(inner -> outer + "." + inner))
                        .filter(path -> !FIELDS.contains(path))
                        .isEmpty());
    }

    private static Optional<String> field(Optional<CelNavigableExpr> node) {
        return node.filter(select -> select.getKind() == Kind.SELECT)
                .map(select -> select.expr().select().field());
    }
}
