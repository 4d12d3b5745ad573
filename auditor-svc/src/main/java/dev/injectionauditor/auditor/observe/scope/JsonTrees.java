package dev.injectionauditor.auditor.observe.scope;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** JSON as the values that CEL knows, so that it need not convert any. */
public final class JsonTrees {

    private JsonTrees() {}

    /** The fields of an object without those that are null, which is what is not set; conditions see no null. */
    public static Map<String, Object> map(JsonNode object) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            if (!field.getValue().isNull()) {
                map.put(field.getKey(), value(field.getValue()));
            }
        }
        return map;
    }

    private static List<Object> list(JsonNode array) {
        List<Object> list = new ArrayList<>(array.size());
        for (JsonNode item : array) {
            if (!item.isNull()) {
                list.add(value(item));
            }
        }
        return list;
    }

    private static Object value(JsonNode node) {
        return switch (node.getNodeType()) {
            case OBJECT -> map(node);
            case ARRAY -> list(node);
            case BOOLEAN -> node.booleanValue();
            case NUMBER -> node.isIntegralNumber() ? (Object) node.longValue() : (Object) node.doubleValue();
            case STRING, BINARY, POJO, MISSING, NULL -> node.asString();
        };
    }
}
